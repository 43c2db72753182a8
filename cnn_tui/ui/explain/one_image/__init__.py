"""The views of one image: what the network says of it and why, in one run or in two."""
