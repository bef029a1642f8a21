function Get-HvoFileContent {
    <#
    .SYNOPSIS
    Reads a file of the guest's own.
    .PARAMETER Path
    The file.
    .OUTPUTS
    System.String, or nothing where there is no such file.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    if ([System.IO.File]::Exists($Path)) { [System.IO.File]::ReadAllText($Path) }
}
