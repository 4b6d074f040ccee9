-- What recommendations were found by before tastes were learned from all votes at once.
DROP TRIGGER voters_voted;
DROP TRIGGER voters_withdrew;
DROP TABLE voters;
DROP INDEX listings_by_likes;
DROP INDEX listings_by_genre;
