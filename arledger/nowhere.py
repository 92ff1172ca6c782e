"""The address space of a company that is not there for this person: every address answers 404."""

urlpatterns: list[object] = []
