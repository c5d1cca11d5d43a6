# What a login can do on a host, as key=value lines. $1: path of the engine's socket.
export LC_ALL=C
socket=$1
echo "uid=$(id -u)"
if [ "$(id -u)" -eq 0 ]; then
    echo sudo=root
elif said=$(sudo -n true 2>&1); then
    echo sudo=yes
else
    echo sudo=no
    echo "sudo_said=$(printf '%s\n' "$said" | sed -n 1p)"
fi
if [ -S "$socket" ] && [ -r "$socket" ] && [ -w "$socket" ]; then
    echo socket=open
elif [ -e "$socket" ]; then
    echo socket=closed
else
    echo socket=missing
fi
if command -v zstd >/dev/null 2>&1; then echo zstd=yes; else echo zstd=no; fi
