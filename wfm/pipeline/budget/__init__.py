"""Capacity and budget: headcount, hiring, money and scenarios of months and years."""
