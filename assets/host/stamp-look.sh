# Whether a stamp could be written, and what it holds. Changes nothing. $1: stamp file  $2: history file
stamp=$1 history=$2
fail() {
    echo "$1" >&2
    exit 1
}

for file in "$stamp" "$history"; do
    [ ! -L "$file" ] || fail "$file is a symbolic link"
    if [ -e "$file" ]; then
        [ -f "$file" ] || fail "$file is not a regular file"
        [ -w "$file" ] || fail "$file cannot be written, not even by root"
    fi
    # The nearest folder that is there must take a new file or folder.
    folder=$(dirname -- "$file")
    while [ ! -e "$folder" ] && [ ! -L "$folder" ]; do folder=$(dirname -- "$folder"); done
    [ -d "$folder" ] || fail "$folder is not a directory"
    [ -w "$folder" ] || fail "$folder cannot be written, not even by root"
done
if [ -e "$stamp" ]; then
    head -c 400 -- "$stamp"
else
    echo missing
fi
