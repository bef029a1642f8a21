function Remove-HvoOldVersion {
    <#
    .SYNOPSIS
        Deletes the versions that are not to be kept, and uploads that nobody has written to for an hour.
    .DESCRIPTION
        A version is renamed before it is deleted, so that half a one never has a version's name. What is in use stays for
        the next time.
    .OUTPUTS
        Strings: the names of the versions that are gone.
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
        # What an earlier prune has left comes first: its name has to be free.
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
