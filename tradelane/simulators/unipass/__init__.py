"""The simulated UNI-PASS Open API of the Korea Customs Service: rates, declarations and published tables, read only."""
