function Get-HvoFileContent {
    <#
    .SYNOPSIS
        Returns the text of a file.
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
    if ([System.IO.File]::Exists($Path)) { return [System.IO.File]::ReadAllText($Path) }
}
