"""The app's content (its searches and the confs around them): what checks it and what is made from it."""
