"""Who runs what, where: queue, worker, locks, devices, sensors. Never loads TensorFlow."""
