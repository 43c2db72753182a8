"""What a run's network says of images: all of them or one, where it looked, which labels it doubts."""
