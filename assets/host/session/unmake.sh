# Takes back directories that were made for a session which was not: those that are still empty, and nothing else.
# $@: absolute paths.
for path; do rmdir -- "$path" 2>/dev/null; done
true
