function Install-HvoVersion {
    <#
    .SYNOPSIS
        Makes an upload the version that its digest names, or repairs that version with it.
    .DESCRIPTION
        Can be repeated, and killed anywhere: the version's folder does not exist, is complete, or has another digest than its
        name says.
    .OUTPUTS
        String: the name of the version.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Staged,
        [Parameter(Mandatory = $true)] [string] $Versions,
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Digest
    )
    if ($Digest -cnotmatch '\Asha256:[0-9a-f]{64}\z') {
        Stop-HvoRollout -Code InvalidRequest -Message "The digest '$Digest' is not sha256: and 64 hexadecimal digits."
    }
    $name = $Digest.Substring(7, 16)
    $version = Join-Path $Versions $name
    if ((Get-HvoEntryKind -Path $Versions) -eq 'None') {
        Stop-HvoRollout -Code UploadBroken -Message "Nothing of this upload is in $Versions."
    }
    $lock = Open-HvoVersionLock -Versions $Versions
    try {
        $kind = Get-HvoEntryKind -Path $version
        $staging = Get-HvoEntryKind -Path $Staged
        if ($kind -eq 'Folder' -and (Get-HvoAgentDigest -AgentFolder $version) -ceq $Digest) {
            # An earlier activation was killed or its answer was lost: little or nothing of the upload is left.
            if ($staging -ne 'None') { Remove-HvoEntry -Path $Staged }
            return $name
        }
        if ($staging -ne 'Folder') {
            Stop-HvoRollout -Code UploadBroken -Message "Nothing of this upload is in $Versions."
        }
        $found = Get-HvoAgentDigest -AgentFolder $Staged
        if ($found -cne $Digest) {
            Remove-HvoEntry -Path $Staged
            Stop-HvoRollout -Code DigestMismatch -Message "What was received has the digest $found and not $Digest."
        }
        if ($kind -eq 'Folder') {
            Repair-HvoVersion -Version $version -Staged $Staged -Digest $Digest
            Remove-HvoEntry -Path $Staged
        } else {
            if ($kind -ne 'None') { Remove-HvoEntry -Path $version }
            Move-HvoFolder -Path $Staged -Destination $version
        }
        return $name
    } finally {
        $lock.Dispose()
    }
}
