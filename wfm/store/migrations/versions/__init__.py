"""The steps. A step is never changed once it has been released; a change is a new step."""
