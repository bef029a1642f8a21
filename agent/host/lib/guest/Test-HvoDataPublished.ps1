function Test-HvoDataPublished {
    <#
    .SYNOPSIS
        Tells whether data that the agent sealed in this run to the key the guest still posts, or no longer posts, is out.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter()] [AllowNull()] [hashtable] $Key
    )
    $published = $Context.Journal.published
    if ($null -eq $published -or $published.run -cne $Context.Run.id) { return $false }
    if ($null -ne $Key -and $Key.Kid -cne $published.kid) { return $false }
    $manifest = [string](Get-HvoProvisioningData -VmId $Context.Journal.vm_id)['ProvisioningData']
    return $manifest.Contains($published.sha256)
}
