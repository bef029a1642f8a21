function Remove-HvoOldVersion {
    <#
    .SYNOPSIS
        Deletes the versions that are not to be kept, and uploads without a write for an hour.
    .DESCRIPTION
        A version is renamed before it is deleted, so that an incomplete one never has a version's name. What is in use is
        deleted by a later prune.
    .OUTPUTS
        Strings: the names of the deleted versions.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Versions,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]] $Keep
    )
    if ((Get-HvoEntryKind -Path $Versions) -eq 'None') { return }
    $lock = Open-HvoVersionLock -Versions $Versions
    try {
        $oldest = [DateTime]::UtcNow.AddHours(-1)
        $folder = [System.IO.DirectoryInfo]::new($Versions)
        # Leftovers of an earlier prune are deleted first: their names have to be unused.
        foreach ($entry in @($folder.GetFileSystemInfos('.removed-*'))) {
            if (-not (Remove-HvoUnusedEntry -Path $entry.FullName)) { continue }
            $name = $entry.Name.Substring('.removed-'.Length)
            if ((Get-HvoEntryKind -Path (Join-Path $Versions $name)) -eq 'None') { $name }
        }
        foreach ($entry in @($folder.GetFileSystemInfos('.incoming-*'))) {
            if ($entry.LastWriteTimeUtc -lt $oldest) { $null = Remove-HvoUnusedEntry -Path $entry.FullName }
        }
        foreach ($entry in @($folder.GetFileSystemInfos())) {
            if ($entry.Name -cnotmatch '\A[0-9a-f]{16}\z' -or $Keep -ccontains $entry.Name) { continue }
            if (Remove-HvoUnusedEntry -Path $entry.FullName -As (Join-Path $Versions ('.removed-' + $entry.Name))) { $entry.Name }
        }
    } finally {
        $lock.Dispose()
    }
}
