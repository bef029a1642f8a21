function Resolve-HvoAllowedPath {
    <#
    .SYNOPSIS
        Returns the full path of a folder of the job; fails with PathNotAllowed if it is outside the allowed roots.
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
    if (-not (Test-HvoPlainPath $Path)) {
        Stop-HvoLaunch -Code PathNotAllowed -Message "$Path, the folder of $What, is not a plain full path."
    }
    $full = [System.IO.Path]::GetFullPath($Path)
    foreach ($root in $Roots) {
        if (Test-HvoPathInside -Path $full -Folder $root) { return $full }
    }
    Stop-HvoLaunch -Code PathNotAllowed -Message ("$Path, the folder of $What, is outside the host's allowed roots: " +
        "$($Roots -join ', ').")
}
