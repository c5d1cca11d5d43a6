# Makes directories for a new session, each owned by the owner of the one that it is in, and tells which it made.
# $@: absolute paths. One that is there already is left as it is; what it is in must be there.
set -u
umask 027
for path; do
  [ ! -e "$path" ] || continue
  within=$(dirname -- "$path")
  [ -d "$within" ] || { echo "$within is not there, so $path cannot be made" >&2; exit 1; }
  owner=$(stat -c %u:%g -- "$within") || exit 1
  mkdir -- "$path" || exit 1
  echo "made $path"
  chown "$owner" -- "$path" || exit 1
done
