"""What differs between the database engines, under the same names in each."""
