function Select-HvoUnsharedPath {
    <#
    .SYNOPSIS
        Returns those of the paths that are on none of the cluster shared volumes, which Get-HvoClusterPath returns.
    .OUTPUTS
        Strings.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string[]] $Paths,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]] $Shared
    )
    foreach ($path in $Paths) {
        if (-not @($Shared | Where-Object { Test-HvoPathInside -Path $path -Folder $_ }).Count) { $path }
    }
}
