function Set-HvoFileContent {
    <#
    .SYNOPSIS
        Writes a file atomically.
    .DESCRIPTION
        The content is written to a temporary file in the same folder, flushed to disk and renamed. Whenever the process
        ends, the file has either the old or the new content.
    .PARAMETER Path
        The file. Its folder must exist.
    .PARAMETER Content
        The text, written as UTF-8 without a byte order mark.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Content
    )
    $temporary = "$Path.new"
    $bytes = [System.Text.UTF8Encoding]::new($false).GetBytes($Content)
    $stream = [System.IO.FileStream]::new($temporary, [System.IO.FileMode]::Create, [System.IO.FileAccess]::Write)
    try {
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
    } finally {
        $stream.Dispose()
    }
    if ([System.IO.File]::Exists($Path)) {
        [System.IO.File]::Replace($temporary, $Path, [NullString]::Value)
    } else {
        [System.IO.File]::Move($temporary, $Path)
    }
}
