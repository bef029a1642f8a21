function Get-HvoFileContent {
    <#
    .SYNOPSIS
        Return the text of a file.
    .PARAMETER Path
        The file.
    .OUTPUTS
        System.String, or nothing if the file does not exist.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    if ([System.IO.File]::Exists($Path)) { [System.IO.File]::ReadAllText($Path) }
}
