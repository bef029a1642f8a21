function Resolve-HvoAllowedPath {
    <#
    .SYNOPSIS
        Refuses a path of the job that is not a plain full path inside one of the allowed roots.
    .OUTPUTS
        String: the full path.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [AllowNull()] [object] $Path,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]] $Roots,
        [Parameter(Mandatory = $true)] [string] $What
    )
    if (-not ($Path -is [string]) -or -not $Path) {
        Stop-HvoLaunch -Code InvalidDefinition -Message "The job names no path for $What."
    }
    $advice = 'Add the folder to allowed_roots in the agent.json of the host, or correct spec.paths of the HyperVHost.'
    if (Test-HvoPlainPath $Path) {
        $full = [System.IO.Path]::GetFullPath($Path)
        foreach ($root in $Roots) {
            if (Test-HvoPathInside -Path $full -Folder $root) { return $full }
        }
    }
    Stop-HvoLaunch -Code PathNotAllowed -Message "This host does not allow $Path as the folder of $What. $advice"
}
