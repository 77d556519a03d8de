"""EasyPost API v2: one parcel bought on a carrier account, its refund and its tracker."""
