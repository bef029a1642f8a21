function Resolve-HvoVersionsFolder {
    <#
    .SYNOPSIS
        Refuses a root that is no plain full path or that nobody has prepared. Returns the path of its folder of versions.
    .OUTPUTS
        String: the path.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [AllowNull()] [object] $Root
    )
    if (-not ($Root -is [string]) -or -not $Root -or -not (Test-HvoPlainPath $Root)) {
        Stop-HvoRollout -Code InvalidRequest -Message ("The root '$Root' is not a plain full path. Correct spec.paths.agent of the " +
            'HyperVHost.')
    }
    $advice = 'Do what the guide docs/guides/prepare-host.md says about the agent''s folder, as an administrator of the host.'
    foreach ($part in $Root, (Join-Path $Root 'agent.json')) {
        if (-not [System.IO.File]::Exists($part) -and -not [System.IO.Directory]::Exists($part)) {
            Stop-HvoRollout -Code HostNotPrepared -Message ("The host is not prepared: $part does not exist, or the account may " +
                "not see it. $advice")
        }
    }
    $versions = Join-Path $Root 'versions'
    if (@('None', 'Folder') -cnotcontains (Get-HvoEntryKind -Path $versions)) {
        Stop-HvoRollout -Code HostNotPrepared -Message ("The host is not prepared: $versions is not a folder of its own but a link or a " +
            "file, and what is behind it may be anybody's. Delete it. $advice")
    }
    return $versions
}
