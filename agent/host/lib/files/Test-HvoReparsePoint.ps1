function Test-HvoReparsePoint {
    <#
    .SYNOPSIS
        Returns whether an existing file or folder is a reparse point, as links and junctions are.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $attributes = [System.IO.File]::GetAttributes($Path)
    return ($attributes -band [System.IO.FileAttributes]::ReparsePoint) -ne 0
}
