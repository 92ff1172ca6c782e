from tests.clerk import at_the_time_of_the_books

__all__ = ["at_the_time_of_the_books"]
