function Get-HvoCertificate {
    <#
    .SYNOPSIS
        Returns the certificates of this computer.
    .OUTPUTS
        Objects with Thumbprint, Names (DNS names), NotBefore, NotAfter (UTC), HasPrivateKey and ForServer.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param()
    foreach ($certificate in Get-ChildItem -Path 'Cert:\LocalMachine\My') {
        $usages = @($certificate.EnhancedKeyUsageList | ForEach-Object { $_.ObjectId })
        [PSCustomObject]@{
            Thumbprint = $certificate.Thumbprint
            Names = @($certificate.DnsNameList | ForEach-Object { $_.Unicode })
            NotBefore = $certificate.NotBefore.ToUniversalTime()
            NotAfter = $certificate.NotAfter.ToUniversalTime()
            HasPrivateKey = $certificate.HasPrivateKey
            ForServer = $usages.Count -eq 0 -or $usages -contains '1.3.6.1.5.5.7.3.1'
        }
    }
}
