"""The Textual face: panes, screens, keys and chart. Never imports TensorFlow or Keras."""
