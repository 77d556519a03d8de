"""The simulated UNI-PASS Open API of the Korea Customs Service: rates and the state of declarations, read only."""
