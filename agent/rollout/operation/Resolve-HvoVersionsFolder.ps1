function Resolve-HvoVersionsFolder {
    <#
    .SYNOPSIS
        Returns the path of the versions' folder; fails with HostNotPrepared if the root was not prepared.
    .OUTPUTS
        String: the path.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [AllowNull()] [object] $Root
    )
    if (-not ($Root -is [string]) -or -not $Root -or -not (Test-HvoPlainPath $Root)) {
        Stop-HvoRollout -Code InvalidRequest -Message "The root '$Root' is not a plain full path."
    }
    foreach ($part in $Root, (Join-Path $Root 'agent.json')) {
        if (-not [System.IO.File]::Exists($part) -and -not [System.IO.Directory]::Exists($part)) {
            Stop-HvoRollout -Code HostNotPrepared -Message "$part does not exist, or the account may not see it."
        }
    }
    $versions = Join-Path $Root 'versions'
    if (@('None', 'Folder') -cnotcontains (Get-HvoEntryKind -Path $versions)) {
        Stop-HvoRollout -Code HostNotPrepared -Message "$versions is a link or a file, not a folder."
    }
    return $versions
}
