"""The only room that touches TensorFlow, always in a process of its own."""
