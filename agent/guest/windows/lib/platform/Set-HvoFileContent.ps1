function Set-HvoFileContent {
    <#
    .SYNOPSIS
    Writes a file so that at any moment either the old content or the new one is there, whole.
    .DESCRIPTION
    The content goes to the disk beside the file and is then put in its place.
    .PARAMETER Path
    The file; its folder exists.
    .PARAMETER Content
    What it shall hold.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Content
    )
    $beside = "$Path.new"
    $bytes = [System.Text.UTF8Encoding]::new($false).GetBytes($Content)
    $stream = [System.IO.FileStream]::new($beside, [System.IO.FileMode]::Create, [System.IO.FileAccess]::Write)
    try {
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
    }
    finally { $stream.Dispose() }
    if ([System.IO.File]::Exists($Path)) { [System.IO.File]::Replace($beside, $Path, [NullString]::Value) }
    else { [System.IO.File]::Move($beside, $Path) }
}
