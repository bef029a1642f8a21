function Repair-HvoVersion {
    <#
    .SYNOPSIS
        Makes a version's folder what an upload is, file by file; jobs may be reading it meanwhile.
    #>
    param(
        [Parameter(Mandatory = $true)] [string] $Version,
        [Parameter(Mandatory = $true)] [string] $Staged,
        [Parameter(Mandatory = $true)] [string] $Digest
    )
    $entries = @(Get-HvoTree $Staged)
    $wanted = New-Object 'System.Collections.Generic.Dictionary[string,string]' ([StringComparer]::Ordinal)
    foreach ($entry in $entries) { $wanted[$entry.Name] = $entry.Kind }
    # Before the files: what has the name of a folder and is none, or the name in other capitals, stands in their way.
    foreach ($entry in @(Get-HvoTree $Version)) {
        $belongs = $wanted.ContainsKey($entry.Name) -and $wanted[$entry.Name] -eq $entry.Kind
        if ($belongs -or (Get-HvoEntryKind $entry.Path) -eq 'None') { continue }
        Write-HvoLog "$($entry.Path) does not belong to the version and is deleted."
        Remove-HvoEntry $entry.Path
    }
    foreach ($entry in $entries) {
        $target = [System.IO.Path]::Combine($Version, $entry.Name)
        if ($entry.Kind -eq 'Folder') {
            $null = [System.IO.Directory]::CreateDirectory($target)
        } elseif (-not (Test-HvoSameContent $entry.Path $target)) {
            Write-HvoLog "$target is put in its place again."
            Move-HvoFile -Path $entry.Path -Destination $target
        }
    }
    $found = Get-HvoAgentDigest $Version
    if ($found -cne $Digest) {
        Remove-HvoEntry $Staged
        Stop-HvoRollout -Code DigestMismatch -Message ("$Version has the digest $found and not $Digest even after its repair. Find out " +
            'what changes files there, and delete the folder.')
    }
}
