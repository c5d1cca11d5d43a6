# Gives a session a label, or takes it: the file is replaced as a whole or not at all.
# $1: file of labels, a line `SESSION<tab>LABEL` each; $2: session; $3: the label that it must have now, may be empty;
# $4: the label that it gets, empty for none; $5: job. Exit code 4: it has another label now, which is printed.
set -u
umask 022
file=$1 session=$2 before=$3 after=$4 job=$5
tab=$(printf '\t')
fail() {
    echo "$1" >&2
    exit 1
}
# A link or a folder in the place of a file is somebody's mistake or trap.
[ ! -L "$file" ] || fail "$file is a symbolic link"
[ ! -e "$file" ] || [ -f "$file" ] || fail "$file is not a regular file"
folder=$(dirname -- "$file")
[ -d "$folder" ] || mkdir -p -- "$folder" || fail "$folder cannot be created"
# Two jobs may label sessions of one host at the same time. A lock of a minute ago was left by one that died.
lock=$file.lock waited=0
until mkdir -- "$lock" 2>/dev/null; do
    [ -z "$(find "$lock" -maxdepth 0 -mmin +1 2>/dev/null)" ] || rmdir -- "$lock" 2>/dev/null
    [ $waited -lt 50 ] || fail "$lock is held by another job"
    waited=$((waited + 1))
    sleep 0.2 2>/dev/null || sleep 1
done
new=$file.new-$job
trap 'rm -f -- "$new"; rmdir -- "$lock" 2>/dev/null' EXIT
now=
others=
if [ -f "$file" ]; then
    while IFS="$tab" read -r name label; do
        if [ "$name" = "$session" ]; then
            now=$label
        elif [ -n "$name" ]; then
            others="$others$name$tab$label
"
        fi
    done <"$file"
fi
[ "$now" != "$after" ] || exit 0
if [ "$now" != "$before" ]; then
    printf '%s\n' "$now"
    exit 4
fi
rm -f -- "$new" || exit 1
set -C
{
    printf '%s' "$others"
    [ -z "$after" ] || printf '%s\t%s\n' "$session" "$after"
} >"$new" || fail "$new cannot be written"
set +C
[ -z "$after" ] || [ "$(tail -n 1 -- "$new")" = "$session$tab$after" ] || fail "$new cannot be written: no space?"
chmod 0644 -- "$new" || exit 1
sync -- "$new" 2>/dev/null || sync
mv -f -- "$new" "$file" || fail "$file cannot be replaced"
sync -- "$folder" 2>/dev/null || sync
