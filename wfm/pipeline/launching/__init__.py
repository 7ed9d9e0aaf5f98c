"""A centre from the ground up: answers in, a project folder with its whole plan out."""
