function Test-HvoReparsePoint {
    <#
    .SYNOPSIS
        Tells whether a file or folder that exists is a link or junction to somewhere else.
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
