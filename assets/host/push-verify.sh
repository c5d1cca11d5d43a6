# Compares an arrived part with the archive and gives it its final name. Says "verified", or "differs <size> <sha256>".
# $1: the part  $2: the whole file  $3: the archive's size in bytes  $4: its SHA-256 in hex
part=$1 file=$2 size=$3 sum=$4
fail() {
    echo "$1" >&2
    exit 1
}

if [ -L "$part" ] || [ ! -f "$part" ] || [ ! -O "$part" ]; then
    fail "$part is not a file of this login"
fi
have=$(stat -c %s -- "$part") || exit 1
got=$(sha256sum <"$part") || exit 1
got=${got%% *}
if [ "$have" != "$size" ] || [ "$got" != "$sum" ]; then
    echo "differs $have $got"
    exit 0
fi
if [ -e "$file" ] || [ -L "$file" ]; then
    if [ -L "$file" ] || [ ! -f "$file" ] || [ ! -O "$file" ]; then
        fail "$file is not a file of this login"
    fi
fi
mv -f -- "$part" "$file" || exit 1
echo verified
