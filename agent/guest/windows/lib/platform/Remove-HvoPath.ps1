function Remove-HvoPath {
    <#
    .SYNOPSIS
    Removes a file, or a folder with all that is in it; it may be gone already.
    .PARAMETER Path
    The file or folder.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    if ([System.IO.File]::Exists($Path)) { [System.IO.File]::Delete($Path) }
    elseif ([System.IO.Directory]::Exists($Path)) { [System.IO.Directory]::Delete($Path, $true) }
}
