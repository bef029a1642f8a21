function Test-HvoDataPublished {
    <#
    .SYNOPSIS
        Returns whether data that the agent sealed in this run is published, to the key that the guest posts if it posts one.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter()] [AllowNull()] [PSCustomObject] $Key
    )
    $published = $Context.Journal.published
    if ($null -eq $published -or $published.run -cne $Context.Run.id) { return $false }
    if ($null -ne $Key -and $Key.Kid -cne $published.kid) { return $false }
    $manifest = [string](Get-HvoProvisioningData -VmId $Context.Journal.vm_id)['ProvisioningData']
    return $manifest.Contains($published.sha256)
}
