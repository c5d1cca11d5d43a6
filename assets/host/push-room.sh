# What a push needs to know of a host before it sends, as key=value lines.
# $1: staging directory  $2: how staged archives of this image begin  $3: the engine's data root
staging=$1 prefix=$2 root=$3

free() { # bytes that are free where $1 is or will be
    path=$1
    while [ ! -e "$path" ] && [ "$path" != / ]; do path=$(dirname "$path"); done
    kilobytes=$(df -Pk -- "$path" 2>/dev/null | awk 'NR == 2 { print $4 }')
    [ -z "$kilobytes" ] || echo "$2=$((kilobytes * 1024))"
}

if [ -d "$staging" ]; then
    echo "staging_mode=$(stat -c %a -- "$staging")"
else
    echo staging_mode=missing
fi
# What earlier pushes left there can be used again or goes, so it is room too.
staged=0
for file in "$staging/$prefix"*; do
    if [ -f "$file" ] && [ ! -L "$file" ] && [ -O "$file" ]; then
        staged=$((staged + $(stat -c %s -- "$file")))
    fi
done
echo "staged=$staged"
free "$staging" staging_free
free "$root" engine_free
if command -v zstd >/dev/null 2>&1; then echo zstd=yes; else echo zstd=no; fi
if command -v gzip >/dev/null 2>&1; then echo gzip=yes; else echo gzip=no; fi
if command -v sha256sum >/dev/null 2>&1; then echo sha256sum=yes; else echo sha256sum=no; fi
if command -v docker >/dev/null 2>&1; then echo docker=yes; else echo docker=no; fi
