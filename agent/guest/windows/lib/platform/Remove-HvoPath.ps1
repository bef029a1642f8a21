function Remove-HvoPath {
    <#
    .SYNOPSIS
        Deletes a file, or a folder with its contents, if it exists.
    .PARAMETER Path
        The file or folder.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    if ([System.IO.File]::Exists($Path)) {
        # A read-only file cannot be deleted.
        [System.IO.File]::SetAttributes($Path, [System.IO.FileAttributes]::Normal)
        [System.IO.File]::Delete($Path)
    } elseif ([System.IO.Directory]::Exists($Path)) {
        [System.IO.Directory]::Delete($Path, $true)
    }
}
