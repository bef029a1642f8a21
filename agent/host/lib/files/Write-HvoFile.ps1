function Write-HvoFile {
    <#
    .SYNOPSIS
        Writes a text file atomically: a reader, or a crash, finds the old text or the new one.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Text
    )
    $new = $Path + '.new'
    # What an earlier writer left alone is the only copy there is: it is not written over.
    if (-not [System.IO.File]::Exists($Path) -and [System.IO.File]::Exists($new)) { Move-HvoFile -Path $new -Destination $Path }
    $bytes = [System.Text.UTF8Encoding]::new($false).GetBytes($Text)
    $stream = [System.IO.File]::Open($new, 'Create', 'Write', 'None')
    try {
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
    } finally {
        $stream.Dispose()
    }
    Move-HvoFile -Path $new -Destination $Path
}
