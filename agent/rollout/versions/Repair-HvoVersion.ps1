function Repair-HvoVersion {
    <#
    .SYNOPSIS
        Makes a version's folder equal to an upload, file by file, while jobs may read it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Version,
        [Parameter(Mandatory = $true)] [string] $Staged,
        [Parameter(Mandatory = $true)] [string] $Digest
    )
    $entries = @(Get-HvoTree -Folder $Staged)
    $wanted = [System.Collections.Generic.Dictionary[string, string]]::new([StringComparer]::Ordinal)
    foreach ($entry in $entries) { $wanted[$entry.Name] = $entry.Kind }
    # Deleted before the files are moved: a file with a folder's name, or a name in other capitals, would be in the way.
    foreach ($entry in @(Get-HvoTree -Folder $Version)) {
        $belongs = $wanted.ContainsKey($entry.Name) -and $wanted[$entry.Name] -eq $entry.Kind
        if ($belongs -or (Get-HvoEntryKind -Path $entry.Path) -eq 'None') { continue }
        Write-HvoLog -Message "$($entry.Path) does not belong to the version and is deleted."
        Remove-HvoEntry -Path $entry.Path
    }
    foreach ($entry in $entries) {
        $target = [System.IO.Path]::Combine($Version, $entry.Name)
        if ($entry.Kind -eq 'Folder') {
            $null = [System.IO.Directory]::CreateDirectory($target)
        } elseif (-not (Test-HvoSameContent -Path $entry.Path -Other $target)) {
            Write-HvoLog -Message "$target is restored."
            Move-HvoFile -Path $entry.Path -Destination $target
        }
    }
    $found = Get-HvoAgentDigest -AgentFolder $Version
    if ($found -cne $Digest) {
        Remove-HvoEntry -Path $Staged
        Stop-HvoRollout -Code DigestMismatch -Message "$Version has the digest $found and not $Digest even after its repair."
    }
}
