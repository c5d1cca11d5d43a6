# Removes staged files of this login; what is not there is fine. $@: the files
for file; do
    if [ ! -L "$file" ] && [ -f "$file" ] && [ -O "$file" ]; then
        rm -f -- "$file" || exit 1
    fi
done
