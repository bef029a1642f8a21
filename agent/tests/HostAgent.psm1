# What the tests of the host agent share: a fake host with the agent installed, jobs made from the golden files, launches,
# and a guest that holds a real key.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module ([System.IO.Path]::Combine($PSScriptRoot, 'Bundle.psm1'))

$script:Repository = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..'))
$script:Scripts = @{
    'vm-provisioning' = 'Invoke-ProvisioningJob.ps1'; 'vm-removal' = 'Invoke-RemovalJob.ps1'
    'vm-update' = 'Invoke-UpdateJob.ps1'; 'host-inventory' = 'Get-HostInventory.ps1'
    'host-preflight' = 'Get-HostPreflight.ps1'
}
$script:Temporary = New-Object System.Collections.Generic.List[string]

function Get-Golden {
    <#
    .SYNOPSIS
    Returns the text of a golden file of Schemas/examples.
    #>
    param([Parameter(Mandatory)] [string] $Name)
    [System.IO.File]::ReadAllText([System.IO.Path]::Combine($script:Repository, 'Schemas', 'examples', $Name))
}

function New-TestHost {
    <#
    .SYNOPSIS
    Makes a fake host with two golden images, the agent in a folder of its own, and the identity that the golden jobs name.
    .OUTPUTS
    Object: Root, Agent, Images, Machines.
    #>
    param([string] $Cluster, [hashtable] $Property = @{})
    $root = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), 'hvo-' + [guid]::NewGuid().ToString('N').Substring(0, 12))
    $script:Temporary.Add($root)
    $named = (ConvertFrom-Json (Get-Golden 'jobs/remove.json')).host.identity
    $facts = @{ smbiosUuid = $named.smbios_uuid; machineGuid = $named.machine_guid }
    foreach ($key in $Property.Keys) { $facts[$key] = $Property[$key] }
    $volume = New-FakeHost -Path $root -Cluster $Cluster -Property $facts
    $world = [pscustomobject]@{
        Root = $root
        Agent = [System.IO.Path]::Combine($root, 'C', 'HyperVOperator')
        Images = [System.IO.Path]::Combine($volume, 'DiskImages')
        Machines = [System.IO.Path]::Combine($volume, 'VMs')
    }
    Install-Agent -Path $world.Agent
    foreach ($folder in $world.Images, $world.Machines) { $null = New-Item -ItemType Directory -Force $folder }
    $isos = (New-Item -ItemType Directory (Join-Path $world.Agent 'isos')).FullName
    foreach ($family in 'windows', 'linux') {
        [System.IO.File]::WriteAllText((Join-Path $isos "$family.iso"), "ISO for $family")
    }
    foreach ($image in 'Windows Server 2022', 'Ubuntu 24.04') {
        $null = New-TestImage -Path (Join-Path $world.Images "$image.vhdx")
    }
    Set-AllowedRoot -World $world -Images $world.Images -Machines $world.Machines
    $world
}

function Set-AllowedRoot {
    <#
    .SYNOPSIS
    Writes the host's agent.json: a list for images and machines, or one for each.
    #>
    param([Parameter(Mandatory)] $World, [string[]] $Root = @(), [string[]] $Images = @(), [string[]] $Machines = @())
    $roots = if ($Root.Count) { [string[]]$Root } else { @{ images = [string[]]$Images; machines = [string[]]$Machines } }
    $text = ConvertTo-Json -Compress -InputObject @{ allowed_roots = $roots }
    [System.IO.File]::WriteAllText((Join-Path $World.Agent 'agent.json'), $text)
}

function Set-FakeCluster {
    <#
    .SYNOPSIS
    Replaces the roles of the fake host's cluster, as another node would.
    #>
    param([Parameter(Mandatory)] [hashtable] $Property)
    $file = Join-Path $env:HVO_FAKE_STATE 'cluster.json'
    $cluster = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
    $text = ConvertTo-Json -Compress -Depth 5 -InputObject ([ordered]@{ name = $cluster.name; groups = @($Property.groups) })
    [System.IO.File]::WriteAllText($file, $text)
}

function Remove-TestHost {
    <#
    .SYNOPSIS
    Deletes the folders of all fake hosts.
    #>
    foreach ($root in $script:Temporary) {
        if ([System.IO.Directory]::Exists($root)) { [System.IO.Directory]::Delete($root, $true) }
    }
    $script:Temporary.Clear()
}

function New-TestJob {
    <#
    .SYNOPSIS
    Returns a job made from its golden file, for the fake host's folders.
    .PARAMETER Change
    Replaces values by their path, for example @{ 'fields.gb_ram' = 2; 'run.attempt' = 2 }; $null removes nothing and is null.
    .PARAMETER Without
    Paths of values to leave out.
    #>
    param(
        [Parameter(Mandatory)] $World,
        [string] $Golden = 'provision-first',
        [int] $Attempt = 1,
        [hashtable] $Change = @{},
        [string[]] $Without = @()
    )
    $job = ConvertFrom-Json -InputObject (Get-Golden "jobs/$Golden.json")
    $job.host.paths.agent = $World.Agent
    $job.host.paths.images = $World.Images
    $job.host.paths.machines = $World.Machines
    if ($job.PSObject.Properties['machine_folders']) { $job.machine_folders = @() }
    if ($job.PSObject.Properties['run']) {
        $job.run.attempt = $Attempt
        $job.run.wait_seconds = 0
    }
    foreach ($path in $Change.Keys) {
        $parent = $job
        $parts = $path.Split('.')
        for ($i = 0; $i -lt $parts.Count - 1; $i++) { $parent = $parent.($parts[$i]) }
        Add-Member -InputObject $parent -NotePropertyName $parts[-1] -NotePropertyValue $Change[$path] -Force
    }
    foreach ($path in $Without) {
        $parent = $job
        $parts = $path.Split('.')
        for ($i = 0; $i -lt $parts.Count - 1; $i++) { $parent = $parent.($parts[$i]) }
        $parent.PSObject.Properties.Remove($parts[-1])
    }
    $job
}

function ConvertTo-Pipeline {
    <#
    .SYNOPSIS
    Returns a job as the operator pipes it in.
    #>
    param([Parameter(Mandatory)] $Job)
    [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $Job -Depth 12 -Compress)))
}

function Invoke-TestAgent {
    <#
    .SYNOPSIS
    Launches the script of a job in this process, in the form the operator uses.
    .OUTPUTS
    Object: Outcome, Records, Steps ('CopyImage:completed', ...), Log, Lines (all of the output).
    #>
    param([Parameter(Mandatory)] $World, [Parameter(Mandatory)] $Job)
    $file = Join-Path $World.Agent $script:Scripts[[string]$Job.schema.id]
    Invoke-Raw -File $file -Text (ConvertTo-Pipeline $Job)
}

function Invoke-Raw {
    <#
    .SYNOPSIS
    Pipes a text into a script in this process.
    #>
    param([Parameter(Mandatory)] [string] $File, [Parameter(Mandatory)] [AllowEmptyString()] [string] $Text)
    $all = @($Text | ForEach-Object { $input | & $File } 6>&1 3>&1)
    ConvertTo-Launch $all
}

function ConvertTo-Launch {
    <#
    .SYNOPSIS
    Sorts what a launch wrote into records, log lines and output.
    #>
    param([AllowEmptyCollection()] [object[]] $All)
    $lines = @($All | Where-Object { $_ -is [string] })
    $information = @($All | Where-Object { $_ -is [System.Management.Automation.InformationRecord] })
    $records = @($information | Where-Object { $_.Tags -contains 'HyperVOperator' } |
            ForEach-Object { ConvertFrom-Json -InputObject ([string]$_.MessageData) })
    [pscustomobject]@{
        Outcome = ConvertFrom-Json -InputObject $lines[-1]
        Records = $records
        Steps = @($records | ForEach-Object { "$($_.step):$($_.state)" })
        Log = @($information | Where-Object { $_.Tags -notcontains 'HyperVOperator' } | ForEach-Object { [string]$_.MessageData })
        Lines = $lines
        Text = (@($lines) + @($information | ForEach-Object { [string]$_.MessageData })) -join "`n"
    }
}

function Get-TestShell {
    <#
    .SYNOPSIS
    Returns the program that runs PowerShell here.
    #>
    $path = (Get-Process -Id $PID).Path
    if ([System.IO.Path]::GetFileNameWithoutExtension($path) -eq 'dotnet') { return 'pwsh' }
    $path
}

function Start-TestProcess {
    <#
    .SYNOPSIS
    Launches the script of a job in a process of its own and waits for it to end or be killed.
    .OUTPUTS
    Object: ExitCode, Outcome (null if it wrote none), Text.
    #>
    param(
        [Parameter(Mandatory)] $World,
        [Parameter(Mandatory)] $Job,
        [hashtable] $Environment = @{},
        [ValidateSet('Pipeline', 'File')] [string] $Form = 'Pipeline',
        [string] $Prelude = ''
    )
    $fake = [System.IO.Path]::Combine($PSScriptRoot, 'FakeHyperV', 'FakeHyperV.psd1')
    $file = Join-Path $World.Agent $script:Scripts[[string]$Job.schema.id]
    $start = New-Object System.Diagnostics.ProcessStartInfo (Get-TestShell)
    $arguments = '-Command', "Import-Module '$fake'; $Prelude; `$input | & '$file'"
    if ($Form -eq 'File') {
        $arguments = '-File', (Join-Path $World.Root 'start.ps1')
        [System.IO.File]::WriteAllText($arguments[1], "Import-Module '$fake'; & '$file'")
    }
    foreach ($argument in @('-NoProfile', '-NonInteractive') + $arguments) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    foreach ($name in $Environment.Keys) { $start.Environment[$name] = $Environment[$name] }
    $process = [System.Diagnostics.Process]::Start($start)
    $errors = $process.StandardError.ReadToEndAsync()
    $process.StandardInput.WriteLine((ConvertTo-Pipeline $Job))
    $process.StandardInput.Close()
    $text = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    $outcome = @($text -split "`r?`n" | Where-Object { $_.StartsWith('{"type":"outcome"') }) | Select-Object -Last 1
    [pscustomobject]@{
        ExitCode = $process.ExitCode
        Outcome = if ($outcome) { ConvertFrom-Json -InputObject $outcome } else { $null }
        Text = $text + $errors.Result
    }
}

function New-TestGuest {
    <#
    .SYNOPSIS
    Returns a guest: a real RSA key, and what it would post.
    #>
    param([int] $Bits = 2048)
    $rsa = [System.Security.Cryptography.RSA]::Create($Bits)
    $public = $rsa.ExportParameters($false)
    $n = ConvertTo-Url $public.Modulus
    $text = '{"e":"' + (ConvertTo-Url $public.Exponent) + '","kty":"RSA","n":"' + $n + '"}'
    $hash = [System.Security.Cryptography.SHA256]::Create().ComputeHash([System.Text.Encoding]::ASCII.GetBytes($text))
    [pscustomobject]@{ Rsa = $rsa; N = $n; E = ConvertTo-Url $public.Exponent; Kid = ConvertTo-Url $hash }
}

function Get-ReadyText {
    <#
    .SYNOPSIS
    Returns the ProvisioningReady of a guest.
    #>
    param([Parameter(Mandatory)] $Guest, [Parameter(Mandatory)] [string] $VmId)
    '{"protocol":1,"vm":"' + $VmId + '","key":{"kty":"RSA","n":"' + $Guest.N + '","e":"' + $Guest.E + '"}}'
}

function Get-StateText {
    <#
    .SYNOPSIS
    Returns the ProvisioningState of a guest.
    #>
    param(
        [Parameter(Mandatory)] $Guest, [Parameter(Mandatory)] [string] $VmId, [Parameter(Mandatory)] [string] $Run,
        [string] $State = 'applied', [string] $Step = 'Done', [string] $Code = 'None',
        [object] $Field = $null
    )
    $told = [ordered]@{ vm = $VmId; run = $Run; kid = $Guest.Kid; state = $State; step = $Step; code = $Code }
    if ($null -ne $Field) { $told.field = $Field }
    ConvertTo-Json -Compress -InputObject $told
}

function ConvertTo-Url {
    <#
    .SYNOPSIS
    Returns bytes as base64url.
    #>
    param([byte[]] $Bytes)
    [Convert]::ToBase64String($Bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
}

function ConvertFrom-Url {
    <#
    .SYNOPSIS
    Returns the bytes of base64url.
    #>
    param([string] $Text)
    $padded = $Text.Replace('-', '+').Replace('_', '/') + ('=' * ((4 - $Text.Length % 4) % 4))
    , [Convert]::FromBase64String($padded)
}

function New-TestSealing {
    <#
    .SYNOPSIS
    Returns something that looks sealed, for a key, VM and run; nobody can open it.
    #>
    param([Parameter(Mandatory)] [string] $Kid, [Parameter(Mandatory)] [string] $VmId, [Parameter(Mandatory)] [string] $Run, [int] $Length = 4000)
    $header = '{"alg":"RSA-OAEP-256","enc":"A256CBC-HS512","kid":"' + $Kid + '","vm":"' + $VmId + '","run":"' + $Run + '"}'
    $first = ConvertTo-Url ([System.Text.Encoding]::ASCII.GetBytes($header))
    $rest = $Length - $first.Length - 4
    "$first.k.i." + ('c' * ($rest - 3)) + '.t'
}

function Open-TestSealing {
    <#
    .SYNOPSIS
    Opens what was sealed to a guest, as the guest would.
    .OUTPUTS
    Object: Header and Data.
    #>
    param([Parameter(Mandatory)] $Guest, [Parameter(Mandatory)] [string] $Sealed)
    $parts = $Sealed.Split('.')
    $key = $Guest.Rsa.Decrypt((ConvertFrom-Url $parts[1]), [System.Security.Cryptography.RSAEncryptionPadding]::OaepSHA256)
    $iv, $ciphertext = (ConvertFrom-Url $parts[2]), (ConvertFrom-Url $parts[3])
    $additional = [System.Text.Encoding]::ASCII.GetBytes($parts[0])
    $length = [BitConverter]::GetBytes([long]$additional.Length * 8)
    [Array]::Reverse($length)
    $hmac = [System.Security.Cryptography.HMACSHA512]::new([byte[]]$key[0..31])
    $tag = [byte[]]$hmac.ComputeHash([byte[]]($additional + $iv + $ciphertext + $length))[0..31]
    if ((ConvertTo-Url $tag) -cne $parts[4]) { throw 'The tag is wrong.' }
    $aes = [System.Security.Cryptography.Aes]::Create()
    $aes.Key = [byte[]]$key[32..63]
    $plain = $aes.DecryptCbc($ciphertext, $iv)
    [pscustomobject]@{
        Header = ConvertFrom-Json ([System.Text.Encoding]::UTF8.GetString((ConvertFrom-Url $parts[0])))
        Data = ConvertFrom-Json ([System.Text.Encoding]::UTF8.GetString($plain))
    }
}

function Get-Publication {
    <#
    .SYNOPSIS
    Puts together what the host has published to a VM, as the guest would; checks the manifest.
    #>
    param([Parameter(Mandatory)] $VmId)
    $items = Get-FakeHostItem -Id $VmId
    $manifest = ConvertFrom-Json $items['ProvisioningData']
    $sealed = (0..($manifest.parts - 1) | ForEach-Object { $items["ProvisioningData.$_"] }) -join ''
    $hash = [System.Security.Cryptography.SHA256]::Create().ComputeHash([System.Text.Encoding]::ASCII.GetBytes($sealed))
    if ([BitConverter]::ToString($hash).Replace('-', '').ToLower() -cne $manifest.sha256) { throw 'The digest is wrong.' }
    $sealed
}

function Get-Folder {
    <#
    .SYNOPSIS
    Returns the folder of a job's machine, or a file in it.
    #>
    param([Parameter(Mandatory)] $World, [Parameter(Mandatory)] $Job, [string] $File = '')
    $folder = Join-Path $World.Machines $Job.run.machine_uid
    if ($File) { Join-Path $folder $File } else { $folder }
}

function Get-Journal {
    <#
    .SYNOPSIS
    Returns the journal of a job's machine.
    #>
    param([Parameter(Mandatory)] $World, [Parameter(Mandatory)] $Job)
    ConvertFrom-Json ([System.IO.File]::ReadAllText((Get-Folder $World $Job 'journal.json')))
}

function Complete-TestMachine {
    <#
    .SYNOPSIS
    Takes a machine through all its launches to the end.
    .OUTPUTS
    Object: VmId, Guest, Launches, Attempt (of the last launch).
    #>
    param([Parameter(Mandatory)] $World, [hashtable] $Change = @{}, [int] $Attempt = 1)
    $guest = New-TestGuest
    $first = Invoke-TestAgent $World (New-TestJob $World -Attempt $Attempt -Change $Change)
    $vmId = $first.Outcome.vm_id
    Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId }
    $job = New-TestJob $World -Attempt ($Attempt + 1) -Change $Change
    $job.sealed_data = New-TestSealing -Kid $guest.Kid -VmId $vmId -Run $job.run.id
    $second = Invoke-TestAgent $World $job
    Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = Get-StateText $guest $vmId $job.run.id } -Address '192.168.1.100'
    $third = Invoke-TestAgent $World (New-TestJob $World -Attempt ($Attempt + 2) -Change $Change)
    [pscustomobject]@{ VmId = $vmId; Guest = $guest; Launches = @($first, $second, $third); Attempt = $Attempt + 2; Job = $job }
}

function Remove-Machine {
    <#
    .SYNOPSIS
    Runs the removal of a machine's VM; returns the outcome.
    #>
    param($World, $VmId, [int] $Attempt = 9)
    (Invoke-TestAgent $World (New-TestJob $World remove -Attempt $Attempt -Change @{ 'machine.vm_id' = $VmId })).Outcome
}

function Update-Machine {
    <#
    .SYNOPSIS
    Runs an update of a machine with cpu_cores, gb_ram and power_state; null asks for no change.
    #>
    param($World, $Machine, [hashtable] $Desired, [int] $Attempt = 9)
    $change = @{ 'machine.vm_id' = $Machine.VmId }
    foreach ($key in 'cpu_cores', 'gb_ram', 'power_state') { $change["desired.$key"] = $Desired[$key] }
    Invoke-TestAgent $World (New-TestJob $World update -Attempt $Attempt -Change $change)
}

function Get-Inventory {
    <#
    .SYNOPSIS
    Runs an inventory; returns its lines as objects.
    #>
    param($World)
    (Invoke-TestAgent $World (New-TestJob $World inventory)).Lines | ForEach-Object { ConvertFrom-Json $_ }
}

Export-ModuleMember -Function *
