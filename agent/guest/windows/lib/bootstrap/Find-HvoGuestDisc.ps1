function Find-HvoGuestDisc {
    <#
    .SYNOPSIS
        Returns the disc that contains the guest, which is recognised by its marker file.
    .OUTPUTS
        PSCustomObject with Folder and Entry (name of the script to start), or nothing if there is no such disc.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param()
    foreach ($folder in @(Get-HvoDvdRoot)) {
        $text = Get-HvoFileContent -Path ([System.IO.Path]::Combine($folder, 'hvo-guest.json'))
        if (-not $text) { continue }
        try {
            $marker = ConvertFrom-HvoJsonText -Text $text
        } catch [FormatException] {
            continue
        }
        if (-not (Test-HvoJsonString -Value $marker['product'] -Expected 'hyperv-operator')) { continue }
        if (-not (Test-HvoJsonString -Value $marker['guest'] -Expected 'windows')) { continue }
        # The version of the interface between bootstrap and guest: what is started, and with which parameters.
        if (-not (Test-HvoJsonString -Value $marker['bootstrap'] -Expected '1')) { continue }
        if ([string]$marker['entry'] -cnotmatch '\A[A-Za-z-]{1,60}\.ps1\z') { continue }
        return [PSCustomObject]@{ Folder = $folder; Entry = $marker['entry'] }
    }
}
