# An archive that arrived whole; `push-load.sh` follows.
# $1: the engine's socket  $2: the archive  $3: zstd or gzip
# shellcheck shell=sh disable=SC2034
socket=$1 file=$2 codec=$3
archive() { unpack <"$file"; }
