function Invoke-HvoJob {
    <#
    .SYNOPSIS
        Runs a job with the script of its schema id. The only command of a JEA endpoint, which has no language.
    .DESCRIPTION
        The pipeline input is that of the scripts: the job as compact JSON in UTF-8, base64.
    .OUTPUTS
        Strings: what the script writes.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true, ValueFromPipeline = $true)] [ValidateLength(1, 4194304)] [string] $InputObject
    )
    begin {
        Set-StrictMode -Version Latest
        $ErrorActionPreference = 'Stop'
        $scripts = @{
            'vm-provisioning' = 'Invoke-ProvisioningJob.ps1'; 'vm-removal' = 'Invoke-RemovalJob.ps1'
            'vm-update' = 'Invoke-UpdateJob.ps1'; 'host-inventory' = 'Get-HostInventory.ps1'
            'host-preflight' = 'Get-HostPreflight.ps1'
        }
        $pieces = [System.Collections.Generic.List[string]]::new()
    }
    process { $pieces.Add($InputObject) }
    end {
        $text = ($pieces -join '').Trim()
        # A job that cannot be read goes to a script that changes nothing and reports the error as an outcome.
        $script = 'Get-HostInventory.ps1'
        try {
            $json = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($text))
            $id = [string](ConvertFrom-Json -InputObject $json).schema.id
            if ($scripts.ContainsKey($id)) { $script = $scripts[$id] }
        } catch {
            Write-Information -MessageData 'The job cannot be read.'
        }
        $text | & (Join-Path $PSScriptRoot $script)
    }
}
