-- Until now anyone could find a person by user name. The user name is at the end of the search text, with the
-- same length and its signs replaced by spaces. This removes it.
UPDATE person SET folded = substr(folded, 1, length(folded) - length(user_name) - 1)
WHERE substr(folded, length(folded) - length(user_name), 1) = ' '
  AND substr(folded, length(folded) - length(user_name) + 1, 1) = substr(user_name, 1, 1)
  AND substr(folded, length(folded), 1) = substr(user_name, length(user_name), 1);
