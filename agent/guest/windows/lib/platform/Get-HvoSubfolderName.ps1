function Get-HvoSubfolderName {
    <#
    .SYNOPSIS
        Returns the names of the folders in a folder.
    .PARAMETER Path
        The folder. It need not exist.
    .OUTPUTS
        System.String
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    if (-not [System.IO.Directory]::Exists($Path)) { return }
    foreach ($folder in [System.IO.Directory]::GetDirectories($Path)) { [System.IO.Path]::GetFileName($folder) }
}
