"""The pages in a real browser, in front of the running centre: what is clicked is heard on phones, and the reverse."""
