"""Teaching and measuring the adversarial composer."""
