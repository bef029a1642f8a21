function Find-HvoCertificate {
    <#
    .SYNOPSIS
        Returns the certificate for the listener; throws with the reasons if none is suitable.
    .PARAMETER HostName
        Name by which the operator reaches this host.
    .PARAMETER Thumbprint
        Thumbprint of the certificate to use; without it the suitable one that is valid longest.
    .OUTPUTS
        String: the thumbprint.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $HostName,
        [Parameter()] [string] $Thumbprint = ''
    )
    $now = [DateTime]::UtcNow
    $chosen = $null
    $refused = @()
    foreach ($certificate in @(Get-HvoCertificate)) {
        if ($Thumbprint -and $certificate.Thumbprint -ne $Thumbprint) { continue }
        $named = $false
        foreach ($name in $certificate.Names) { if (Test-HvoCertificateName -Pattern $name -HostName $HostName) { $named = $true } }
        $why = ''
        if (-not $certificate.HasPrivateKey) {
            $why = 'has no private key here'
        } elseif ($certificate.NotAfter -lt $now) {
            $why = 'has expired'
        } elseif ($certificate.NotBefore -gt $now) {
            $why = 'is not valid yet'
        } elseif (-not $certificate.ForServer) {
            $why = 'is not for server authentication'
        } elseif (-not $named) {
            $why = "is for $($certificate.Names -join ', '), not for $HostName"
        }
        if ($why) {
            $refused += "$($certificate.Thumbprint) $why"
        } elseif ($null -eq $chosen -or $certificate.NotAfter -gt $chosen.NotAfter) {
            $chosen = $certificate
        }
    }
    if ($null -ne $chosen) { return $chosen.Thumbprint }
    $seen = 'There is none at all.'
    if ($refused.Count -gt 0) { $seen = "Of those there, $($refused -join '; ')." }
    throw ("No certificate in Cert:\LocalMachine\My can serve $HostName. $seen Have your certificate authority issue one for " +
        'server authentication that carries this name, and import it with its private key.')
}
