-- Everybody found people by their user names too. The words of the user name stand last in what a person is found by,
-- as long as the name itself, its signs turned to spaces; they are taken off.
UPDATE person SET folded = substr(folded, 1, length(folded) - length(user_name) - 1)
WHERE substr(folded, length(folded) - length(user_name), 1) = ' '
  AND substr(folded, length(folded) - length(user_name) + 1, 1) = substr(user_name, 1, 1)
  AND substr(folded, length(folded), 1) = substr(user_name, length(user_name), 1);
