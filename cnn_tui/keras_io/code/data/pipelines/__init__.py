"""Pictures on their way into a model by Keras's readers, tf.data and TensorFlow Datasets."""
